// A file on its way says how much of it has gone, and can be stopped. Without this script the browser sends it alone.
(function () {
  "use strict";
  var SETTLE_MS = 1000;
  var form = document.querySelector("form[data-upload]");
  if (!form) return;
  var shown = document.getElementById("upload");
  var bar = shown.querySelector("progress"), said = shown.querySelector("[data-far]"), spoken = -1;

  function say(share) {
    var percent = Math.floor(share * 100);
    bar.value = percent;
    said.textContent = percent < 100 ? percent + "\u00a0%" : shown.dataset.sealing;
    // A reader's software is told each quarter, not each hundredth.
    if (Math.floor(percent / 25) !== spoken) {
      spoken = Math.floor(percent / 25);
      document.getElementById("upload-said").textContent = said.textContent;
    }
  }

  function over() {
    shown.hidden = true;
    shown.querySelector("button").hidden = false;
    spoken = -1;
    form.querySelectorAll("button, input").forEach(function (one) { one.disabled = false; });
  }

  function fail() {
    over();
    document.getElementById("upload-said").textContent = "";
    var broken = document.getElementById("upload-broken");
    broken.hidden = false;
    broken.focus();
  }

  function done(request) {
    if (request.status === 204) { window.location.reload(); return; }
    var page = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("content");
    if (request.status === 200 && page && page.querySelector("#errors")) {
      document.getElementById("content").replaceWith(page);
      document.getElementById("errors").focus();
      begin();
    } else if (request.responseURL && request.responseURL !== form.action) {
      window.location.assign(request.responseURL);
    } else {
      fail();
    }
  }

  function begin() {
    form = document.querySelector("form[data-upload]");
    shown = document.getElementById("upload");
    bar = shown.querySelector("progress");
    said = shown.querySelector("[data-far]");
    spoken = -1;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var request = new XMLHttpRequest(), data = new FormData(form);
      document.getElementById("upload-broken").hidden = true;
      request.open("POST", form.action);
      request.setRequestHeader("Comity-Upload", "1");
      request.upload.addEventListener("progress", function (told) { if (told.lengthComputable) say(told.loaded / told.total); });
      request.addEventListener("load", function () { done(request); });
      request.addEventListener("error", fail);
      // What was on the way may still arrive: whoever stopped it sees what the node has, and not what he meant.
      request.addEventListener("abort", function () { setTimeout(function () { window.location.reload(); }, SETTLE_MS); });
      request.upload.addEventListener("load", function () { shown.querySelector("button").hidden = true; });
      shown.querySelector("button").onclick = function () { request.abort(); };
      shown.hidden = false;
      say(0);
      request.send(data);
      form.querySelectorAll("button:not([type=button]), input").forEach(function (one) { one.disabled = true; });
      shown.querySelector("button").focus();
    });
  }
  begin();
})();
