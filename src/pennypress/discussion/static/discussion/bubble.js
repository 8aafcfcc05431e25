/** Invites once for good. A browser that keeps nothing for us is not asked again and again: it is not asked. */
export function invite() {
  const bubble = document.getElementById("bubble");
  if (!document.getElementById("comment-form")) return;
  try {
    if (localStorage.getItem("pp-bubble") === "closed") return;
    localStorage.setItem("pp-bubble", "closed");
  } catch { return; }
  bubble.querySelector(".bubble-close").addEventListener("click", () => { bubble.hidden = true; });
  bubble.hidden = false;
}
