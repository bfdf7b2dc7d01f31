// What the page does in the browser beside htmx. All of it is a help: nothing depends on it.
"use strict";

// The reader's own time, on hover and on focus.
function localTime(event) {
  const time = event.target instanceof Element && event.target.closest("time[datetime]");
  if (!time || time.dataset.told) return;
  time.dataset.told = "yes";
  const local = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
  time.title = time.title + "\n" + local + " here";
}
document.addEventListener("mouseover", localTime);
document.addEventListener("focusin", localTime);

// What takes over 300 ms shows that it does.
let busy = 0;
let slow = 0;
function begins() {
  busy++;
  if (busy === 1) slow = setTimeout(() => document.getElementById("busy")?.classList.add("slow"), 300);
}
function ends() {
  busy = Math.max(0, busy - 1);
  if (busy > 0) return;
  clearTimeout(slow);
  document.getElementById("busy")?.classList.remove("slow");
}
document.addEventListener("htmx:beforeRequest", begins);
document.addEventListener("htmx:afterRequest", ends);
window.addEventListener("beforeunload", begins);
window.addEventListener("pageshow", () => { busy = 0; ends(); });

// A part of the page that is asked for again stays as it is where the answer is an error that
// passes, so that watching goes on. Elsewhere, an answer without the part that is wanted is
// shown as the page that it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (target?.id === "live") {
    if (xhr.status === 429 || xhr.status >= 500) event.detail.shouldSwap = false;
  } else if (target?.id && xhr.status >= 400 && requestConfig?.verb === "get" && !xhr.response.includes('id="' + target.id + '"')) {
    event.detail.shouldSwap = false;
    window.location.assign(requestConfig.path);
  }
});

// A form that was sent is not sent twice. Its button says so to those who look again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
