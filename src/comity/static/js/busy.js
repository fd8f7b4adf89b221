// What takes longer than a second says that it is under way, until the page changes or the file that was asked for begins.
(function () {
  "use strict";
  var AFTER_MS = 1000, LOOK_MS = 250;
  var bar = document.getElementById("busy");
  if (!bar) return;
  var waiting = 0, timer = 0, looking = 0;

  function begin() {
    waiting += 1;
    if (waiting > 1) return;
    timer = setTimeout(function () {
      bar.append(document.createElement("progress"), bar.dataset.working);
    }, AFTER_MS);
  }

  function end() {
    waiting = Math.max(0, waiting - 1);
    if (!waiting) { clearTimeout(timer); bar.replaceChildren(); }
  }

  function over() {
    waiting = 0;
    clearInterval(looking);
    end();
  }

  // The page stays when a file is handed out. Its answer brings back the word that the form sent along.
  function untilHandedOut(form) {
    var word = form.elements.handed;
    if (!word) {
      word = document.createElement("input");
      word.type = "hidden";
      word.name = "handed";
      form.append(word);
    }
    word.value = String(Date.now());
    clearInterval(looking);
    looking = setInterval(function () {
      if (document.cookie.split("; ").indexOf("handed=" + word.value) >= 0) { clearInterval(looking); end(); }
    }, LOOK_MS);
  }

  window.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-upload")) return;
    if (event.submitter && event.submitter.hasAttribute("data-again")) untilHandedOut(form);
    begin();
  });

  window.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    var sameTab = !link.target && !link.hasAttribute("download") && link.origin === window.location.origin;
    if (sameTab && link.href.split("#")[0] !== window.location.href.split("#")[0]) begin();
  });

  function ofBackground(event) {
    var asked = event.detail && event.detail.ctx && event.detail.ctx.request;
    return !asked || (asked.headers || {})["Comity-Background"];
  }
  document.addEventListener("htmx:before:request", function (event) { if (!ofBackground(event)) begin(); });
  document.addEventListener("htmx:finally:request", function (event) { if (!ofBackground(event)) end(); });

  window.addEventListener("keydown", function (event) { if (event.key === "Escape") over(); });
  window.addEventListener("pageshow", over);
})();
