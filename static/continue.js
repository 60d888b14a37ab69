// A form that needs nobody to press its button.
document.querySelector("form[data-continue]")?.requestSubmit();
