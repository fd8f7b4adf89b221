// A quiet warning one minute before the session ends for want of a hand, with a button to stay.
(function () {
  "use strict";
  var box = document.getElementById("session");
  if (!box) return;
  var WARN_S = 60;
  var ends = Date.now() + Number(box.dataset.left) * 1000;
  var warning = document.getElementById("session-warning");
  var left = document.getElementById("session-left");
  var over = document.getElementById("session-over");
  var timer = 0, asking = false, stayedAt = Date.now(), again = null;

  function ask(method) {
    asking = true;
    var headers = { Accept: "application/json" };
    if (method === "POST") headers["X-CSRFToken"] = box.querySelector("[name=csrfmiddlewaretoken]").value;
    else headers["Comity-Background"] = "1";
    return fetch(box.dataset.pulse, { method: method, headers: headers, credentials: "same-origin" }).then(function (answer) {
      asking = false;
      if (answer.redirected || answer.status === 403) return out();
      if (!answer.ok) throw new Error("no answer");
      return answer.json().then(function (data) {
        ends = Date.now() + Math.min(data.idle_s, data.hours_s) * 1000;
        box.dataset.last = data.hours_s <= data.idle_s ? "1" : "";
        look();
      });
    }).catch(function () { asking = false; later(5); });
  }

  // What stands on the screen is no longer for whoever passes by; signing in leads back to this page.
  function out() {
    clearTimeout(timer);
    warning.hidden = true;
    document.body.classList.add("signed-out");
    var back = window.location.pathname + window.location.search;
    var way = over.querySelector("a");
    if (box.dataset.method === "GET") way.href = way.href.split("?")[0] + "?next=" + encodeURIComponent(back);
    if (!over.open) over.showModal();
    document.dispatchEvent(new Event("comity:signed-out"));
  }

  function later(seconds) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1, seconds) * 1000);
  }

  function look() {
    var rest = Math.ceil((ends - Date.now()) / 1000);
    if (rest > WARN_S) {
      if (!warning.hidden) { warning.hidden = true; if (again) again.focus(); again = null; }
      return later(rest - WARN_S);
    }
    // Another window may have prolonged it; and the server decides when it is over.
    if (warning.hidden || rest <= 0) {
      if (!asking && (rest <= 0 || !box.dataset.asked)) {
        box.dataset.asked = "1";
        ask("GET");
        return;
      }
    }
    box.dataset.asked = "";
    if (warning.hidden) {
      warning.hidden = false;
      document.getElementById("session-stay").hidden = box.dataset.last === "1";
    }
    left.textContent = String(Math.max(0, rest));
    later(rest > 10 ? 5 : 1);
  }

  document.getElementById("session-stay").addEventListener("click", function () {
    again = null;
    ask("POST");
  });

  // Writing is work, too, also where nothing is saved as one goes.
  document.addEventListener("input", function () {
    if (Date.now() - stayedAt > 60000 && !asking) { stayedAt = Date.now(); ask("POST"); }
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) look(); });
  over.addEventListener("cancel", function (event) { event.preventDefault(); });
  look();
})();
