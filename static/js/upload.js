// Lists the chosen files and marks those that the server would refuse. Without it the plain file field does the work:
// it covers the whole drop zone, so that the browser itself accepts files dropped on it.
(function () {
  "use strict";
  const form = document.querySelector("[data-upload-form]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-dropzone]");
  const list = form.querySelector("[data-chosen]");
  const send = form.querySelector("[data-send]");
  const limit = Number(form.dataset.limit);
  const most = Number(form.dataset.most);

  function sizeOf(file) {
    const language = document.documentElement.lang;
    const mega = file.size >= 1024 * 1024;
    const number = mega ? file.size / 1024 / 1024 : Math.ceil(file.size / 1024);
    return `${number.toLocaleString(language, { maximumFractionDigits: mega ? 1 : 0 })} ${mega ? "MB" : "KB"}`;
  }

  function refusal(file) {
    if (file.size > limit) return list.dataset.tooLarge;
    return file.size === 0 ? list.dataset.empty : "";
  }

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "chosen-name";
    name.textContent = file.name;
    const note = document.createElement("span");
    const refused = refusal(file);
    const odd = refused || (/\.(xlsx|xlsm|csv)$/i.test(file.name) ? "" : list.dataset.oddName);
    note.className = refused ? "text-bad" : odd ? "text-warn" : "text-secondary";
    note.textContent = odd ? `${sizeOf(file)} – ${odd}` : sizeOf(file);
    item.append(name, note);
    return item;
  }

  function warning(text) {
    const item = document.createElement("li");
    item.className = "text-bad";
    item.textContent = text;
    return item;
  }

  function show() {
    const files = [...input.files];
    const tooMany = files.length > most;
    list.replaceChildren(...files.map(line), ...(tooMany ? [warning(list.dataset.tooMany)] : []));
    list.hidden = files.length === 0;
    zone.classList.toggle("is-filled", files.length > 0);
    send.disabled = tooMany || (files.length > 0 && files.every(refusal));
  }

  let inside = 0;
  zone.addEventListener("dragenter", () => {
    inside += 1;
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", () => {
    inside -= 1;
    if (inside <= 0) zone.classList.remove("is-over");
  });
  zone.addEventListener("drop", () => {
    inside = 0;
    zone.classList.remove("is-over");
  });
  // A file dropped beside the zone would replace the page.
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => {
      if (event.target !== input) event.preventDefault();
    });
  }
  input.addEventListener("change", show);
  form.addEventListener("submit", () => {
    // Not at once: a disabled button would not be part of the submit that is under way.
    setTimeout(() => (send.disabled = true));
  });
  window.addEventListener("pageshow", show);
})();
