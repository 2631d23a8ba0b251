import type { LastWill } from "../base/guard.ts";

/**
 * Deletes the branch that `branch.json` names, over and over until nothing is seen of it three times in a row: the
 * process may have died while it was being made. Runs when nobody else is left, so it needs nothing but Node.
 */
const program = `
const { url, token, ref, name } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
const call = async (method, path) => {
  const headers = { authorization: "Bearer " + token };
  const response = await fetch(url + path, { method, headers, redirect: "error", signal: AbortSignal.timeout(20000) });
  if (!response.ok && response.status !== 404) throw new Error(String(response.status));
  return method === "GET" ? response.json() : null;
};
(async () => {
  for (let round = 0, empty = 0; round < 60 && empty < 3; round++) {
    try {
      const found = (await call("GET", "/v1/projects/" + ref + "/branches")).filter((branch) => branch.name === name);
      for (const branch of found) await call("DELETE", "/v1/branches/" + branch.id);
      empty = found.length === 0 ? empty + 1 : 0;
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
})();
`;

/** What the guard of a branch's directory does before it removes the directory. */
export function lastWillOfBranch(): LastWill {
  return {
    // The file is not there yet where the process died before it could make anything.
    script: '[ ! -f "$ITHACA_PATH/branch.json" ] || "$1" -e "$2" "$ITHACA_PATH/branch.json"',
    parameters: [process.execPath, program],
  };
}
