// Signing in with a passkey: offered by the browser in the name field where it can, else by the button.
(function () {
  "use strict";
  var button = document.getElementById("passkey_login");
  var failed = document.getElementById("passkey-failed");
  var waiting = null;

  function show() {
    if (failed) { failed.hidden = false; failed.focus(); }
  }

  // allauth's script tells here when the browser gave no passkey; a person who cancelled needs no word of it.
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    var error = event.detail.exception;
    if (!error || error.name !== "AbortError") show();
  });

  if (!button) return;
  var form = button.form;

  if (!window.PublicKeyCredential) {
    button.hidden = true;
    var without = document.getElementById("passkey-missing");
    if (without) without.hidden = false;
    return;
  }

  // Only one request for a passkey may be open: the button's ends the one that waits in the name field.
  button.addEventListener("click", function () {
    if (failed) failed.hidden = true;
    if (waiting) waiting.abort();
  }, true);

  function offer() {
    waiting = new AbortController();
    return fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error("no request");
      return answer.json();
    }).then(function (data) {
      return window.webauthnJSON.get({
        publicKey: data.request_options.publicKey, mediation: "conditional", signal: waiting.signal
      });
    }).then(function (credential) {
      document.getElementById("mfa_credential").value = JSON.stringify(credential);
      form.submit();
    });
  }

  if (window.PublicKeyCredential.isConditionalMediationAvailable && !document.querySelector("[data-no-offer]")) {
    window.PublicKeyCredential.isConditionalMediationAvailable().then(function (can) {
      if (can) return offer();
    }).catch(function () { /* the button remains */ });
  }
})();
