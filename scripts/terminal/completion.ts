import type { Command, Option } from "commander";

/** The shells that completions are made for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** What can follow a command: one row of what all shells' scripts are made from. */
interface Place {
  /** The words that call it, such as `recover table`; empty for the command line itself. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** Values that an argument may have. */
  readonly values: readonly string[];
}

function places(command: Command, path = ""): Place[] {
  const below = command.commands.flatMap((each) => places(each, `${path} ${each.name()}`.trim()));
  const values = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  return [{ path, commands: command.commands, options: command.options, values }, ...below];
}

/** Whether an option is followed by a word of the user's own. */
const takesValue = (option: Option) => option.required || option.optional;

/** Options whose value is a file or a folder, by what their help calls it. */
const takesPath = (option: Option) => /<(file|folder|path)/.test(option.flags);

function bash(all: readonly Place[]): string {
  const known = all.filter(({ path }) => path !== "").map(({ path }) => `"${path}"`);
  const words = all.map(
    ({ path, commands, options, values }) =>
      `    "${path}") words="${[...commands.map((each) => each.name()), ...values, ...options.map((each) => each.long), "--help"].join(" ")}" ;;`,
  );
  const valued = all.flatMap(({ path, options }) =>
    options.filter(takesValue).map((option) => {
      const found = takesPath(option) ? 'COMPREPLY=($(compgen -f -- "$word"))' : choicesOf(option);
      return `    "${`${path} ${option.long}`.trim()}") ${found}; return ;;`;
    }),
  );
  return `_ithaca() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" place="" words="" at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${place:+$place }\${COMP_WORDS[at]}" in
    ${known.join(" | ")}) place="\${place:+$place }\${COMP_WORDS[at]}" ;;
    esac
  done
  case "\${place:+$place }$previous" in
${valued.join("\n")}
  esac
  case "$place" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _ithaca ithaca
`;
}

function choicesOf(option: Option): string {
  return `COMPREPLY=($(compgen -W "${(option.argChoices ?? []).join(" ")}" -- "$word"))`;
}

/** A word of fish, quoted. */
const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(all: readonly Place[]): string {
  const lines = all.flatMap(({ path, commands, options, values }) => {
    const names = commands.map((each) => each.name());
    const within = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    const here =
      path === ""
        ? "__fish_use_subcommand"
        : [...within, ...names.map((name) => `not __fish_seen_subcommand_from ${name}`)].join("; and ");
    const line = (rest: string) => `complete -c ithaca -n ${quoted(here)} ${rest}`;
    return [
      ...commands.map((each) => line(`-f -a ${each.name()} -d ${quoted(each.description())}`)),
      ...values.map((value) => line(`-f -a ${value}`)),
      ...options.map((option) => {
        const value = takesValue(option)
          ? takesPath(option)
            ? " -r -F"
            : ` -x -a ${quoted((option.argChoices ?? []).join(" "))}`
          : " -f";
        return line(`-l ${(option.long ?? "").slice(2)}${value} -d ${quoted(option.description)}`);
      }),
    ];
  });
  return `complete -c ithaca -f\n${lines.join("\n")}\n`;
}

/**
 * The script that teaches a shell to complete the command line: made from the commands themselves, so that it is never
 * behind them. zsh reads bash's, by its own bashcompinit.
 */
export function completionScript(program: Command, shell: (typeof shells)[number]): string {
  const all = places(program);
  const scripts = {
    bash: () => bash(all),
    zsh: () => `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`,
    fish: () => fish(all),
  };
  return scripts[shell]();
}
