"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const brighter = { "#0072B2": "#56B4E9", "#C0392B": "#FF8A75", "#4A505A": "#C9CED8" };
  const { figures } = JSON.parse(
    document.getElementById("data").textContent,
    dark ? (key, value) => (key === "color" ? brighter[value] ?? value : value) : undefined,
  );
  const text = dark ? "#c9ced8" : "#3b4252", grid = dark ? "#2b313c" : "#eceef2";
  for (const place of document.querySelectorAll(".plot")) {
    const { data, layout } = figures[place.dataset.plot];
    for (const axis of [layout.xaxis, layout.yaxis, layout.xaxis2, layout.yaxis2]) {
      Object.assign(axis, { gridcolor: grid, linecolor: grid });
    }
    Object.assign(layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, size: 12, family: getComputedStyle(document.body).fontFamily },
    });
    for (const note of layout.annotations) note.font.color = text;
    Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false, displayModeBar: false });
  }
})();
