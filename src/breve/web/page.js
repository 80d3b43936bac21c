// What the page does without asking the server: evidence, counting, copies, language, theme.
"use strict";
window.breve = (() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };
  let files = {};
  let archive = null;
  let handled = 0;

  // gradio follows the browser's language and keeps its switch to itself, so its module is asked.
  async function speak(wanted) {
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const core = loaded.find((name) => /\/assets\/core-[\w-]+\.js$/.test(name));
    const module = core ? await import(core) : {};
    module.changeLocale?.(wanted);
  }

  function language() {
    const wanted = document.documentElement.lang.startsWith("fr") ? "en" : "fr";
    store("breve-language", wanted);
    speak(wanted);
  }

  function theme() {
    const dark = document.body.classList.toggle("dark");
    store("breve-theme", dark ? "dark" : "light");
  }

  // Lines of JSON, each a list of [segment, markup] that came in one batch.
  function live(value) {
    if (value.length < handled) handled = 0;
    for (const line of value.slice(handled).split("\n").filter(Boolean)) {
      for (const [id, markup] of JSON.parse(line)) {
        const cell = $(`#s${id} .en p`);
        if (cell) cell.innerHTML = markup;
      }
    }
    handled = value.length;
  }

  function exports_(value) { files = value ? JSON.parse(value) : {}; }
  function zip(value) { archive = value ? Uint8Array.from(atob(value), (char) => char.charCodeAt(0)) : null; }

  function clear() {
    $$("#reader .lit").forEach((row) => row.classList.remove("lit", "asked"));
    $$("#brief .bullet").forEach((bullet) => {
      bullet.classList.remove("lit");
      $(".claim", bullet).setAttribute("aria-pressed", "false");
    });
  }

  function scrollTo(element, box) {
    const wide = box && box.scrollHeight > box.clientHeight + 1;
    if (!wide) return element.scrollIntoView({ block: "center", behavior: calm() });
    const top = element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    box.scrollTo({ top: top - box.clientHeight / 4, behavior: calm() });
  }

  const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");

  function showBullet(bullet, first) {
    clear();
    bullet.classList.add("lit");
    $(".claim", bullet).setAttribute("aria-pressed", "true");
    const ids = bullet.dataset.segments.split(" ").filter(Boolean);
    const rows = ids.map((id) => $(`#s${id}`)).filter(Boolean);
    rows.forEach((row) => row.classList.add("lit"));
    const target = first ? $(`#s${first}`) : rows[0];
    if (target) scrollTo(target, $("#reader .scroll"));
  }

  function showRow(row) {
    clear();
    row.classList.add("lit", "asked"); // "asked" says which bullets rest on it
    const users = row.dataset.users.split(" ").filter(Boolean);
    const bullets = users.map((n) => $(`#brief .bullet[data-bullet="${n}"]`)).filter(Boolean);
    bullets.forEach((bullet) => bullet.classList.add("lit"));
    if (bullets.length) bullets[0].scrollIntoView({ block: "nearest", behavior: calm() });
  }

  function download(name, content, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const KINDS = {
    markdown: ["breve.md", "text/markdown"], json: ["breve.json", "application/json"], html: ["breve.html", "text/html"],
  };

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(files.markdown);
    } catch { // no clipboard without https, or not allowed
      const box = Object.assign(document.createElement("textarea"), { value: files.markdown });
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      button.focus();
    }
    const said = $(".said", button.parentElement);
    said.hidden = false;
    setTimeout(() => { said.hidden = true; }, 3000);
  }

  function act(button) {
    const what = button.dataset.do;
    if (what === "language") language();
    else if (what === "theme") theme();
    else if (what === "copy") copy(button);
    else if (what === "zip") download("breve.zip", archive, "application/zip");
    else if (what === "save") {
      const [name, type] = KINDS[button.dataset.format];
      download(name, files[button.dataset.format], type);
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-do], .cite, .bullet, .sentence");
    if (!target) return;
    if (target.dataset.do) act(target);
    else if (target.matches(".cite")) showBullet(target.closest(".bullet"), target.dataset.segment);
    else if (target.matches(".bullet")) showBullet(target);
    else if (!String(getSelection())) showRow(target);
  });
  document.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest?.("#run, #run-many")) event.stopPropagation(); // a double click
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#run")) $("#status").scrollIntoView({ block: "nearest", behavior: calm() });
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(".claim:focus-visible")) showBullet(event.target.closest(".bullet"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.(".claim") && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      showBullet(event.target.closest(".bullet"));
    }
  });

  function tick() {
    const text = $("#text textarea"), words = $("#words");
    const number = text ? String(text.value.split(/\s+/).filter(Boolean).length) : "0";
    if (words && words.textContent !== number) words.textContent = number;
    // gradio names its drop zones otherwise than they read, which misleads voice control.
    $$(".upload-container[aria-label]:not(.icon-mode)").forEach((zone) => zone.removeAttribute("aria-label"));
  }

  function start() {
    const look = stored("breve-theme"), tongue = stored("breve-language");
    if (look) document.body.classList.toggle("dark", look === "dark");
    if (tongue) speak(tongue);
    tick();
    setInterval(tick, 300); // neither a sample nor a file's removal makes an event
  }

  return { live, exports: exports_, zip, start };
})();
