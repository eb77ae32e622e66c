"use strict";
// A figure in its place, with two buttons that save it as it stands.
function showFigure(place, data, layout) {
  Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false, displayModeBar: false });
  const shown = getComputedStyle(document.body);
  const title = place.closest("figure").querySelector("h3, h4")?.textContent ?? document.title;
  const save = (format) => {
    const { width, height } = place.getBoundingClientRect();
    const opaque = { ...layout, paper_bgcolor: shown.backgroundColor, plot_bgcolor: shown.backgroundColor };
    const filename = title.replace(/[^\p{L}\p{N}.-]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 80) || "figure";
    Plotly.downloadImage({ data, layout: opaque }, { format, width, height, scale: format === "png" ? 2 : 1, filename });
  };
  const buttons = document.createElement("div");
  buttons.className = "save";
  for (const format of ["png", "svg"]) {
    const button = document.createElement("button");
    button.textContent = format.toUpperCase();
    button.title = `Save this figure as ${format.toUpperCase()}`;
    button.addEventListener("click", () => save(format));
    buttons.append(button);
  }
  place.closest("figure").append(buttons);
}
