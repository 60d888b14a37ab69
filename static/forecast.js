// Puts a slider under each number that has one, and tries the figures when it is let go.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("[data-slide]")) {
    const [min, max, step] = input.dataset.slide.split(" ");
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min, max, step, value: input.value, className: "slide" });
    slider.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "");
    slider.addEventListener("input", () => { input.value = slider.value; });
    slider.addEventListener("change", () => input.form.requestSubmit());
    input.addEventListener("input", () => { slider.value = input.value; });
    input.parentElement.append(slider); // below what is wrong with the number
  }
})();
