// What is typed is kept on the server: two seconds after the last change, and when the page is left.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form) return;
  var said = document.getElementById("saved");
  var SIGNED_OUT = "signed out";
  var timer = 0, changed = false, busy = false, sending = false, failed = false;

  function filledIn() {
    var data = new FormData(form);
    data.set("step", "save");
    return new URLSearchParams(Array.from(data).filter(function (pair) { return typeof pair[1] === "string"; }));
  }

  function say(text, wrong) {
    // A reader hears of trouble and of its end, not of each saving.
    said.setAttribute("role", wrong || failed ? "alert" : "presentation");
    said.textContent = text;
    failed = wrong;
  }

  function post(keepalive) {
    return fetch(form.action, {
      method: "POST", body: filledIn(), headers: { "Comity-Autosave": "1" }, credentials: "same-origin", keepalive: keepalive
    });
  }

  // Whoever signed in again in another window has a new token for forms: fetch it and go on.
  function renew() {
    return fetch(window.location.href, { credentials: "same-origin" }).then(function (response) {
      if (response.redirected) throw new Error(SIGNED_OUT);
      return response.text();
    }).then(function (text) {
      var token = new DOMParser().parseFromString(text, "text/html").querySelector("#writing [name=csrfmiddlewaretoken]");
      form.elements.csrfmiddlewaretoken.value = token.value;
      return post(false);
    });
  }

  function done(response) {
    busy = false;
    if (response.status === 204) {
      var where = response.headers.get("Content-Location");
      if (where && window.history.replaceState) window.history.replaceState(null, "", where + window.location.hash);
      var now = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(said.dataset.saved + " " + now, false);
      if (changed) later();
      return;
    }
    changed = true;
    say(response.redirected || response.status === 403 ? said.dataset.out : said.dataset.unsaved, true);
  }

  function save() {
    if (!changed || busy || sending) return;
    changed = false;
    busy = true;
    post(false).then(function (response) { return response.status === 403 ? renew() : response; }).then(done, function (error) {
      busy = false;
      changed = true;
      say(error.message === SIGNED_OUT ? said.dataset.out : said.dataset.unsaved, true);
      later();
    });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  }

  form.addEventListener("input", function () { changed = true; later(); });
  document.addEventListener("submit", function () { sending = true; clearTimeout(timer); });
  window.addEventListener("pageshow", function () { sending = false; });
  window.addEventListener("pagehide", function () {
    if (changed && !busy && !sending) {
      post(true);
    }
  });

  // A subject that was just added is where one goes on.
  var added = document.querySelector("[data-added] input:not([type=hidden]), [data-added] textarea, [data-added] select");
  if (added) added.focus();
})();
