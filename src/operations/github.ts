import { type GitHub, openGitHub } from "../github/client.ts";
import { githubErrors } from "../github/errors.ts";
import type { UseCaseContext } from "./context.ts";

/**
 * The repository that this run belongs to, by the runner's variables: GITHUB_TOKEN, GITHUB_REPOSITORY and, on GitHub
 * Enterprise, GITHUB_API_URL. Nothing is asked yet.
 *
 * @throws surroundings: which of them is not set
 */
export function githubOf(context: UseCaseContext): GitHub {
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "", GITHUB_API_URL: apiUrl } = context.environment;
  const missing = [...(token === "" ? ["GITHUB_TOKEN"] : []), ...(repository === "" ? ["GITHUB_REPOSITORY"] : [])];
  if (missing.length > 0) throw githubErrors.not_configured({ missing });
  return openGitHub({
    token,
    repository,
    apiUrl: apiUrl === "" ? undefined : apiUrl,
    signal: context.signal,
    warn: context.progress.warn,
  });
}
