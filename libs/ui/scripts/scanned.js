// Where a QR code leads, the verification code stands in the fragment, which no server ever sees:
// it is moved into the form, taken out of the address and the history, and posted.
"use strict";
{
  const code = location.hash.slice(1);
  const field = document.getElementById("code");
  if (code && field && field.form) {
    history.replaceState(null, "", location.pathname + location.search);
    field.value = code;
    field.form.submit();
  }
}
