// What is opened from the inbox has been read.
for (const link of document.querySelectorAll(".unread .told-link")) {
  const form = link.closest(".told").querySelector(".told-read");
  link.addEventListener("click", () => navigator.sendBeacon(form.action));
}
