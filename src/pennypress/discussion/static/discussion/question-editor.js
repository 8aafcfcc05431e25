// In Wagtail's text editor: select words, press "Ask readers", write the question. A press on marked words changes it.
(() => {
  const { React, DraftJS, draftail } = window;
  const { EditorState, Modifier, RichUtils } = DraftJS;
  const MAX_QUESTION = 300;

  function element(name, fields = {}, ...children) {
    const made = Object.assign(document.createElement(name), fields);
    made.append(...children);
    return made;
  }

  /** Asks for the question in a dialog. Resolves to {question, open}, "remove", or null. */
  function ask(words, passage, data) {
    return new Promise((resolve) => {
      const question = element("textarea", { rows: 3, maxLength: MAX_QUESTION, required: true, value: data?.question ?? "", id: "reader-question" });
      const open = element("input", { type: "checkbox", checked: data ? data.open === "1" : true });
      const save = element("button", { className: "button", value: "save", textContent: words.save });
      const cancel = element("button", { type: "button", className: "button button-secondary", textContent: words.cancel });
      const remove = element("button", { type: "button", className: "button no", textContent: words.remove });
      const form = element("form", { method: "dialog" },
        element("h2", { textContent: words.title, id: "reader-question-title" }),
        element("p", {}, `${words.passage} `, element("q", { textContent: passage })),
        element("label", { htmlFor: "reader-question", textContent: words.question }), question,
        element("label", { className: "beside" }, open, element("span", {}, words.open, element("br"), element("small", { textContent: words.openHelp }))),
        element("div", { className: "buttons" }, save, cancel, ...(data ? [remove] : [])));
      const dialog = element("dialog", { className: "question-dialog" }, form);
      dialog.setAttribute("aria-labelledby", "reader-question-title");
      const answers = (answer) => () => { dialog.close(); dialog.remove(); resolve(answer); };
      // The page around it is a form of its own: nothing of this one may reach it.
      dialog.addEventListener("keydown", (event) => event.stopPropagation());
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        const text = question.value.trim().replace(/\s+/g, " ");
        if (text) answers({ question: text, open: open.checked ? "1" : "" })();
      });
      cancel.addEventListener("click", answers(null));
      remove.addEventListener("click", answers("remove"));
      dialog.addEventListener("cancel", answers(null));
      document.body.append(dialog);
      dialog.showModal();
      question.focus();
    });
  }

  function tell(sentence) {
    return new Promise((resolve) => {
      const dialog = element("dialog", { className: "question-dialog" }, element("form", { method: "dialog" },
        element("p", { textContent: sentence }), element("button", { className: "button", textContent: "OK" })));
      dialog.addEventListener("close", () => { dialog.remove(); resolve(); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  /** The selected words, or why they cannot have a question. */
  function chosen(editorState, words, own) {
    const selection = editorState.getSelection();
    const content = editorState.getCurrentContent();
    if (selection.getStartKey() !== selection.getEndKey()) return { refused: words.twoParagraphs };
    const block = content.getBlockForKey(selection.getStartKey());
    const [start, end] = [selection.getStartOffset(), selection.getEndOffset()];
    const text = block.getText().slice(start, end);
    if (!text.trim()) return { refused: words.nothing };
    for (let at = start; at < end; at++) {
      const key = block.getEntityAt(at);
      if (key && key !== own) return { refused: words.link };
    }
    return { text };
  }

  class QuestionSource extends React.Component {
    async componentDidMount() {
      const { editorState, entity, entityKey, entityType, onComplete, onClose } = this.props;
      const words = entityType.words;
      if (entity) {
        const range = draftail.DraftUtils?.getEntitySelection?.(editorState, entityKey) ?? editorState.getSelection();
        const answer = await ask(words, this.textOf(range), entity.getData());
        if (answer === "remove") { onComplete(RichUtils.toggleLink(editorState, range, null)); return; }
        if (answer) {
          const content = editorState.getCurrentContent().mergeEntityData(entityKey, answer);
          // The same text with another question: without a step of its own the editor would not notice it.
          onComplete(EditorState.push(editorState, Modifier.applyEntity(content, range, entityKey), "apply-entity"));
          return;
        }
        onClose();
        return;
      }
      const { text, refused } = chosen(editorState, words);
      if (refused) { await tell(refused); onClose(); return; }
      const answer = await ask(words, text);
      if (!answer) { onClose(); return; }
      const key = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
      const content = editorState.getCurrentContent().createEntity(entityType.type, "MUTABLE", { ...answer, key });
      const marked = Modifier.applyEntity(content, editorState.getSelection(), content.getLastCreatedEntityKey());
      onComplete(EditorState.push(editorState, marked, "apply-entity"));
    }

    textOf(selection) {
      const block = this.props.editorState.getCurrentContent().getBlockForKey(selection.getStartKey());
      return block.getText().slice(selection.getStartOffset(), selection.getEndOffset());
    }

    render() { return null; }
  }

  /** Marked words in the editor; a press on them opens the dialog. */
  function Question({ children, contentState, entityKey, onEdit }) {
    const { question } = contentState.getEntity(entityKey).getData();
    return React.createElement("span", { className: "question-mark", title: question, onMouseUp: () => onEdit(entityKey) }, children);
  }

  draftail.registerPlugin({ type: "QUESTION", source: QuestionSource, decorator: Question }, "entityTypes");
})();
