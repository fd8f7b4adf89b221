// Asks the node every three seconds what rings. A worker, because browsers slow the clocks of pages in the background
// down to once a minute, and an alarm is for the page that nobody looks at.
"use strict";
const EVERY_MS = 3000;
const PATIENCE_MS = 8000;
const LOST_AFTER = 5;
let address = "", stamp = "", failures = 0;

function say(what, html) { postMessage({ what: what, html: html || "" }); }

function later() { setTimeout(ask, EVERY_MS); }

function ask() {
  const options = {
    headers: { "Comity-Background": "1" }, credentials: "same-origin", redirect: "manual", cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  fetch(address + "?stamp=" + encodeURIComponent(stamp), options).then(function (answer) {
    if (answer.type === "opaqueredirect" || answer.status === 403) { say("out"); close(); return null; }
    if (!answer.ok) throw new Error("no answer");
    return answer.status === 204 ? "" : answer.text();
  }).then(function (html) {
    if (html === null) return;
    failures = 0;
    if (html !== "" || stamp !== "") say("rings", html);
    else say("silent");
    later();
  }).catch(function () {
    failures += 1;
    if (failures >= LOST_AFTER) say("lost");
    later();
  });
}

onmessage = function (event) {
  if (event.data.address) { address = event.data.address; later(); }
  stamp = event.data.stamp || "";
};
