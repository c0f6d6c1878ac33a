// Starts the page: connects the parts, then goes to the place of the address.
import { byId } from "./dom.js";
import { askForKey } from "./api.js";
import { fillForm, onService, redrawStart, showPlace, showSelection, startSearchForm } from "./explore.js";
import { onMapChange, scheduleMap, showLegend, startMap } from "./map.js";
import { startMapInput } from "./map-input.js";
import { followPipeline, onServiceChange, showCondition } from "./pipeline.js";
import { onStatus, showStatus, startStatus } from "./status.js";
import { showPlayground, startPlayground } from "./playground.js";
import { showImportButton, startImporting } from "./importing.js";
import { showReference } from "./reference.js";
import { here, startRouter } from "./router.js";
import { startShortcuts } from "./shortcuts.js";

function show(place, { focus = null } = {}) {
  for (const section of document.querySelectorAll("main > [data-view]")) section.hidden = section.dataset.view !== place.view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === place.view) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (place.view === "explore") {
    fillForm(place);
    showPlace(place);
    showLegend();
  } else if (place.view === "status") showStatus();
  else if (place.view === "docs") showReference();
  else showPlayground();
  moveFocus(place, focus);
}
function moveFocus(place, focus) {
  if (!focus) return;
  const target = focus === "subject" ? byId("subject-name") : document.querySelector("main > [data-view='" + place.view + "'] h2[tabindex]") ?? byId("query");
  target?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

document.documentElement.classList.add("scripted");
byId("key-button").onclick = async () => { await askForKey(); showPlace(here(), { isAgain: true }); };
onServiceChange(showCondition);
onServiceChange(onService);
onServiceChange(onStatus);
onServiceChange(showImportButton);
onServiceChange(({ status }, before) => { if (status && status.embedded !== before.status?.embedded) scheduleMap(status.pending ? 20 : 1); });
onMapChange(redrawStart);
startSearchForm();
startStatus();
startPlayground();
startImporting();
startShortcuts();
startMap();
startMapInput(showSelection);
startRouter(show);
// On a phone the focus would bring up its keyboard, over what one came to see.
if (here().view === "explore" && !here().similar && !here().like.length && !matchMedia("(pointer: coarse)").matches) byId("query").focus();
followPipeline();
