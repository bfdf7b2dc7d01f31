// Completion in the query box: a combobox as the ARIA practices describe it. Without it, the box
// is a plain one. The box is replaced with the results, so all listeners are the document's.
"use strict";

(() => {
  const wait = 150; // ms without a key, before it is asked
  let timer = 0;
  let asking = null; // the request whose answer is awaited
  let shown = null; // the answer that is shown
  let chosen = -1;

  const box = () => document.getElementById("q");
  const list = () => document.getElementById("q-list");
  const isBox = (target) => target instanceof HTMLInputElement && target.id === "q" && target.dataset.complete;

  function prepare(input) {
    if (input.getAttribute("role")) return;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "q-list");
    input.setAttribute("aria-expanded", "false");
  }

  function close() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    shown = null;
    chosen = -1;
    const input = box();
    const options = list();
    if (!input || !options) return;
    options.hidden = true;
    options.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  // Places are counted in letters there, and in UTF-16 here.
  const letters = (text) => Array.from(text).length;
  const units = (text, count) => Array.from(text).slice(0, count).join("").length;

  async function ask(input) {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const text = input.value;
    const parameters = new URLSearchParams({ q: text, pos: String(letters(text.slice(0, input.selectionStart ?? text.length))) });
    for (const kind of input.form?.querySelectorAll('input[name="kind"]') ?? []) parameters.append("kind", kind.value);
    try {
      const response = await fetch(input.dataset.complete + "?" + parameters, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!response.ok) return close();
      const answer = await response.json();
      if (asking !== mine || box() !== input || input.value !== text || document.activeElement !== input) return;
      show(input, answer);
    } catch {
      if (asking === mine) close();
    }
  }

  function show(input, answer) {
    const options = list();
    if (!options || answer.options.length === 0) return close();
    shown = answer;
    options.replaceChildren(...answer.options.map((option, i) => {
      const item = document.createElement("li");
      item.id = "q-option-" + i;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const text = document.createElement("span");
      const inner = document.createElement("bdi");
      inner.textContent = option.text;
      text.append(inner);
      const detail = document.createElement("span");
      detail.textContent = option.detail;
      item.append(text, detail);
      return item;
    }));
    options.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(input, -1);
  }

  function choose(input, index) {
    chosen = index;
    const items = list()?.children ?? [];
    for (let i = 0; i < items.length; i++) items[i].setAttribute("aria-selected", i === index ? "true" : "false");
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", items[index].id);
    items[index].scrollIntoView({ block: "nearest" });
  }

  function take(input, index) {
    const option = shown.options[index];
    const from = units(input.value, shown.from);
    const to = units(input.value, shown.to);
    input.focus();
    input.setRangeText(option.insert, from, to, "end");
    close();
    if (option.more) ask(input);
  }

  function move(input, step) {
    const count = shown.options.length;
    choose(input, chosen < 0 ? (step > 0 ? 0 : count - 1) : (chosen + step + count) % count);
  }

  document.addEventListener("focusin", (event) => {
    if (isBox(event.target)) prepare(event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (isBox(event.target)) close();
  });
  document.addEventListener("input", (event) => {
    if (!isBox(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, wait, event.target);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!isBox(input) || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (!shown) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        ask(input);
      }
      return;
    }
    switch (event.key) {
      case "ArrowDown":
        event.preventDefault();
        move(input, 1);
        break;
      case "ArrowUp":
        event.preventDefault();
        move(input, -1);
        break;
      case "Escape":
        event.preventDefault();
        close();
        break;
      case "Enter":
      case "Tab":
        // Without a choice, Enter asks and Tab goes on, as everywhere.
        if (chosen < 0 || event.shiftKey) return close();
        event.preventDefault();
        take(input, chosen);
        break;
      case "ArrowLeft":
      case "ArrowRight":
      case "Home":
      case "End":
        close();
        break;
    }
  });
  // The press comes before the box loses the focus.
  document.addEventListener("mousedown", (event) => {
    const item = event.target instanceof Element && event.target.closest("#q-list [role=option]");
    if (!item || !shown) return;
    event.preventDefault();
    take(box(), Array.from(item.parentElement.children).indexOf(item));
  });
  document.addEventListener("submit", close);
  if (isBox(box())) prepare(box());
  document.addEventListener("htmx:afterSettle", () => {
    if (isBox(box())) prepare(box());
  });
})();
