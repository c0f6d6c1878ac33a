// The colours that GitHub gives programming languages (github-linguist), of the most frequent ones.

const languageColours = {
  "ActionScript": "#882b0f", "Assembly": "#6e4c13", "Astro": "#ff5a03", "Batchfile": "#c1f12e", "C": "#555555",
  "C#": "#178600", "C++": "#f34b7d", "CMake": "#da3434", "CSS": "#663399", "Clojure": "#db5855", "CoffeeScript": "#244776",
  "Common Lisp": "#3fb68b", "Crystal": "#000100", "Cuda": "#3a4e3a", "D": "#ba595e", "Dart": "#00b4ab", "Dockerfile": "#384d54",
  "Elixir": "#6e4a7e", "Elm": "#60b5cc", "Emacs Lisp": "#c065db", "Erlang": "#b83998", "F#": "#b845fc", "Fortran": "#4d41b1",
  "GDScript": "#355570", "GLSL": "#5686a5", "Go": "#00add8", "Groovy": "#4298b8", "HCL": "#844fba", "HTML": "#e34c26",
  "Handlebars": "#f7931e", "Haskell": "#5e5086", "Java": "#b07219", "JavaScript": "#f1e05a", "Jinja": "#a52a22",
  "Julia": "#a270ba", "Jupyter Notebook": "#da5b0b", "Kotlin": "#a97bff", "Less": "#1d365d", "Lua": "#000080",
  "MATLAB": "#e16737", "MDX": "#fcb32c", "Makefile": "#427819", "Markdown": "#083fa1", "Mermaid": "#ff3670", "Nim": "#ffc200",
  "Nix": "#7e7eff", "OCaml": "#ef7a08", "Objective-C": "#438eff", "Objective-C++": "#6866fb", "Odin": "#60affe", "PHP": "#4f5d95",
  "PLpgSQL": "#336790", "Pascal": "#e3f171", "Perl": "#0298c3", "PowerShell": "#012456", "Python": "#3572a5", "R": "#198ce7",
  "Racket": "#3c5caa", "Roff": "#ecdebe", "Ruby": "#701516", "Rust": "#dea584", "SCSS": "#c6538c", "Scala": "#c22d40",
  "Scheme": "#1e4aec", "Shell": "#89e051", "Solidity": "#aa6746", "Starlark": "#76d275", "Svelte": "#ff3e00", "Swift": "#f05138",
  "SystemVerilog": "#dae1c2", "TeX": "#3d6117", "TypeScript": "#3178c6", "Typst": "#239dad", "V": "#4f87c4", "VHDL": "#adb2cb",
  "Verilog": "#b2b7f8", "Vim Script": "#199f4b", "Vue": "#41b883", "WebAssembly": "#04133b", "Zig": "#ec915c",
};
const unknownLanguage = "#8b94a1";

export const languageColour = name => languageColours[name] ?? unknownLanguage;

/** The colour as it shows against a light or a dark ground: what would drown in it is lifted or lowered. */
export function readableColour(colour, isDark) {
  const parts = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  const light = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255;
  const share = isDark ? Math.max(0, 0.42 - light) : Math.max(0, light - 0.7);
  const target = isDark ? 255 : 60;
  return "#" + parts.map(part => Math.round(part + (target - part) * share).toString(16).padStart(2, "0")).join("");
}
