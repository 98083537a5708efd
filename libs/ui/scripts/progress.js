// Work that goes on in the background: the page's own address is asked again every two seconds, and the part
// that tells how far it is takes the place of the old one; its live region reads the change aloud.
"use strict";
{
  const shown = document.getElementById("progress");
  const again = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("progress");
    if (!fresh) return;
    if (fresh.innerHTML !== shown.innerHTML) shown.innerHTML = fresh.innerHTML;
    if (fresh.dataset.open === "yes") setTimeout(again, 2000);
  };
  if (shown && shown.dataset.open === "yes") setTimeout(again, 2000);
}
