// Loads a film or sound from elsewhere only after a press.
for (const box of document.querySelectorAll(".embed[data-frame]")) {
  const link = box.querySelector("a");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = box.dataset.frame;
    frame.title = box.dataset.title;
    frame.allow = "fullscreen; encrypted-media";
    box.replaceChildren(frame);
    frame.focus();
  });
}
