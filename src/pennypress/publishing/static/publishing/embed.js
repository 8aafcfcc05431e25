// Loads a film or sound from elsewhere only after a press; without scripts the link to it is all there is.
for (const box of document.querySelectorAll(".embed[data-frame]")) {
  const play = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: box.dataset.play });
  play.addEventListener("click", () => {
    const frame = Object.assign(document.createElement("iframe"), { src: box.dataset.frame, title: box.dataset.title });
    frame.allow = "fullscreen; encrypted-media";
    box.replaceChildren(frame);
    frame.focus();
  });
  box.querySelector("a").before(play, " ");
}
