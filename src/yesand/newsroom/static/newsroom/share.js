// Sharing an article: the device's own way where there is one, else a copied link, else the link to copy.
"use strict";
for (const button of document.querySelectorAll("[data-share]")) {
  const told = button.parentElement.querySelector(".shared");
  const { share: url, title, copied, copy } = button.dataset;
  const show = () => {
    const field = document.createElement("input");
    field.value = url;
    field.readOnly = true;
    field.setAttribute("aria-label", copy);
    told.replaceChildren(copy, field);
    field.select();
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (navigator.share) {
      try {
        await navigator.share({ title, url });
        return;
      } catch (fault) {
        if (fault.name === "AbortError") return;
      }
    }
    try {
      await navigator.clipboard.writeText(url);
      told.textContent = copied;
    } catch {
      show();
    }
  });
}
