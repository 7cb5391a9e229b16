// docs/configuration.md: every setting with kind, default, variable, flag and what it is for, from the
// schema and the table of names.

import {
  CONFIG_VARIABLE,
  SETTING_NAMES,
  type SettingName,
} from "../../src/config/setting-names.ts";
import type { JsonSchema } from "./configuration-schema.ts";

const HEAD = `# Configuration

Written by \`bun run docs\` from the schema that Hermod reads its settings with; change it there.

Flags go over environment variables, these over the file, the file over the defaults. The file is
YAML, named by \`--config\` or \`${CONFIG_VARIABLE}\`; \`hermod check\` prints every mistake in it at once.
A list given by a stronger source replaces the weaker one's whole list; in a variable its items are
separated by commas, as a flag it is repeated. A variable that begins with \`HERMOD_\` and is none of
those below is a mistake.

Sizes are written as in \`64MiB\`, durations as in \`30s\`, \`5m\`, \`1h\` or \`1500ms\`, an IPv6 address with
a port as in \`[::1]:53\`.

Editors with a YAML language server complete and check the file when it begins with

\`\`\`yaml
# yaml-language-server: $schema=hermod.schema.json
\`\`\`

where the path, relative to the file, or an address leads to a copy of
[hermod.schema.json](hermod.schema.json). What the schema can't express (addresses, names, ranges of
sizes and durations) is for \`hermod check\`.
`;

export function configurationPage(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {});
  return [HEAD, ...sections.map(([name, section]) => sectionText(name, section))].join("\n");
}

function sectionText(name: string, section: JsonSchema): string {
  const settings = Object.entries(section.properties ?? {});
  return [
    `## ${name}\n`,
    ...settings.map(([key, setting]) => settingText(name, key, setting)),
  ].join("\n");
}

function settingText(section: string, key: string, setting: JsonSchema): string {
  const names = SETTING_NAMES.find((name) => name.section === section && name.key === key);
  return [
    `### ${section}.${key}\n`,
    `${setting.description ?? ""}\n`,
    `- Kind: ${kindText(setting)}`,
    `- Default: ${defaultText(setting.default)}`,
    `- ${namesText(names)}\n`,
  ].join("\n");
}

function kindText({ title, type, enum: words, items, examples }: JsonSchema): string {
  if (items !== undefined) return `list of ${kindText(items)}`;
  if (words !== undefined) return `one of ${words.map(code).join(", ")}`;
  if (title !== undefined) return title;
  if (type === "boolean") return "`true` or `false`";
  return examples === undefined ? "text" : `text, as in ${code(examples[0])}`;
}

function defaultText(value: unknown): string {
  if (value === undefined) return "none";
  if (!Array.isArray(value)) return code(value);
  return value.length === 0 ? "an empty list" : value.map(code).join(", ");
}

function namesText(names: SettingName | undefined): string {
  if (names === undefined) return "In the file alone";
  return `Environment: ${code(names.variable)}, flag: ${code(names.flag)}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
