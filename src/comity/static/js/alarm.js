// Lets what is about life at risk ring until somebody takes it: band, sound, title, notification.
(function () {
  "use strict";
  var box = document.getElementById("alarm");
  if (!box || !window.Worker) return;
  var place = document.getElementById("alarm-rings");
  var said = document.getElementById("alarm-said");
  var lost = document.getElementById("alarm-lost");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  var title = document.title;
  var sound = null, flashing = 0, shown = [], muted = [], notice = null;
  var clock = new Worker(box.dataset.clock);

  function stamp() {
    var band = place.querySelector("[data-stamp]");
    return band ? band.dataset.stamp : "";
  }

  function keys() {
    return Array.prototype.map.call(place.querySelectorAll("[data-key]"), function (one) { return one.dataset.key; });
  }

  function isMuted() { return shown.every(function (key) { return muted.indexOf(key) >= 0; }); }

  // On the page of one's account: whether this device sounds and may notify, before the first night.
  function tried(kind, name) {
    document.querySelectorAll("[data-alarm-" + kind + "]").forEach(function (one) {
      one.hidden = one.getAttribute("data-alarm-" + kind) !== name;
    });
  }

  function permission() {
    return "Notification" in window ? Notification.permission : "none";
  }

  // The same rings as before: only their age has changed, and nothing moves under the hand that is about to click.
  function renew(html) {
    var fresh = document.createElement("template");
    fresh.innerHTML = html;
    var band = fresh.content.querySelector("[data-stamp]");
    if (band && band.dataset.stamp === stamp()) {
      place.querySelectorAll("[data-key]").forEach(function (row) {
        var same = fresh.content.querySelector('[data-key="' + row.dataset.key + '"] [data-age]');
        if (same) row.querySelector("[data-age]").replaceChildren(...same.childNodes);
      });
      return;
    }
    var focused = place.contains(document.activeElement) ? document.activeElement.id || "content" : "";
    place.replaceChildren(fresh.content);
    if (focused) (document.getElementById(focused) || document.getElementById("content")).focus();
    clock.postMessage({ stamp: stamp() });
    follow();
  }

  // Say, sound and show what rings now.
  function follow() {
    var now = keys();
    var news = now.some(function (key) { return shown.indexOf(key) < 0; });
    shown = now;
    if (news) {
      said.textContent = document.getElementById("alarm-title").textContent;
      notify();
    }
    if (!shown.length) {
      said.textContent = "";
      if (notice) { notice.close(); notice = null; }
    }
    flash();
    ring();
    controls();
  }

  function flash() {
    clearInterval(flashing);
    document.title = title;
    if (!shown.length) return;
    var alarm = box.dataset.title + " (" + shown.length + ")";
    document.title = calm.matches ? alarm + " · " + title : alarm;
    if (!calm.matches) {
      flashing = setInterval(function () { document.title = document.title === alarm ? title : alarm; }, 1000);
    }
  }

  function ring() {
    if (!shown.length || isMuted()) {
      if (sound) { sound.pause(); sound.currentTime = 0; }
      return;
    }
    if (!sound) {
      sound = new Audio(box.dataset.sound);
      sound.loop = true;
    }
    var begun = sound.play();
    if (begun) begun.then(function () { blocked(false); }, function () { blocked(shown.length > 0 && !isMuted()); });
  }

  // No browser lets a page sound on which nobody has done anything yet: say so, and sound at the first hand.
  function blocked(yes) {
    var text = document.getElementById("alarm-blocked");
    if (text) text.hidden = !yes;
    ["pointerdown", "keydown"].forEach(function (name) {
      if (yes) document.addEventListener(name, ring, { once: true });
      else document.removeEventListener(name, ring);
    });
  }

  function notify() {
    if (permission() !== "granted" || document.hasFocus()) return;
    // Seen by whoever passes the screen, so it names nothing.
    notice = new Notification(box.dataset.title, { body: box.dataset.notice, tag: "comity-alarm", requireInteraction: true });
    notice.onclick = function () { window.focus(); notice.close(); };
  }

  function controls() {
    var mute = document.getElementById("alarm-mute");
    if (mute) mute.setAttribute("aria-pressed", isMuted() ? "true" : "false");
    var allow = document.getElementById("alarm-notify");
    if (allow) allow.hidden = permission() !== "default";
    tried("may", permission());
  }

  function silence() {
    shown = [];
    follow();
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("#alarm-mute")) {
      muted = isMuted() ? [] : shown.slice();
      if (isMuted()) blocked(false);
      ring();
      controls();
    } else if (event.target.closest("#alarm-try")) {
      new Audio(box.dataset.sound).play().then(
        function () { tried("heard", "yes"); }, function () { tried("heard", "no"); });
    } else if (event.target.closest("#alarm-notify, #alarm-allow")) {
      Notification.requestPermission().then(controls);
    }
  });

  clock.onmessage = function (event) {
    lost.hidden = event.data.what !== "lost";
    if (event.data.what === "rings") renew(event.data.html);
    if (event.data.what === "out") { place.replaceChildren(); silence(); }
  };
  document.addEventListener("comity:signed-out", function () {
    clock.terminate();
    place.replaceChildren();
    silence();
  });

  clock.postMessage({ address: box.dataset.address, stamp: stamp() });
  follow();
})();
