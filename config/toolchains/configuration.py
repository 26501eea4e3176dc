#!/usr/bin/env python3
"""Writes docs/configuration.md: every key with its default and its comment, from config/deskline.toml, and what it
takes, from the table that the program reads (gateway/host/configuration_keys.cpp).

    config/toolchains/configuration.py            writes the paper
    config/toolchains/configuration.py --check    writes nothing; fails if the paper differs, or if a key is in one of
                                                  the two alone
"""
import pathlib
import re
import sys
import textwrap

root = pathlib.Path(__file__).resolve().parents[2]
paper, example = root / "docs/configuration.md", root / "config/deskline.toml"
program = root / "gateway/host/configuration_keys.cpp"
columns = 120

preface = """# Configuration

This paper is made by `config/toolchains/configuration.py` from [config/deskline.toml](../config/deskline.toml) and from
the table that the program reads. Do not edit it.

The configuration is one TOML file. `--config FILE` names it. Without `--config` the gateway reads
`/etc/deskline/deskline.toml`, on Windows `%ProgramData%\\Deskline\\deskline.toml`, if that file is there, and uses the
defaults if it is not.

- The environment overrides each key: `DESKLINE_<SECTION>_<KEY>`, for example `DESKLINE_SERVER_LISTEN` or
  `DESKLINE_TELEPHONY_SIMULATED_AGENTS`. A list is written there with commas and without brackets.
  A variable that begins with `DESKLINE_` and names no key changes nothing: the log, `deskline check-config` and
  `deskline doctor` name it, with the nearest variable that there is.
- A size is a number of bytes, or a text with `B`, `KiB`, `MiB` or `GiB`. A duration is a text with `s`, `min` or `h`,
  up to a day.
- Paths on Windows are best written with forward slashes.
- `deskline check-config` names every mistake with its file, line and key. A gateway with a mistake in its
  configuration does not start. An unknown key is a mistake; the message names the nearest known one.
- The file is read once, at the start. Certificates, keys and revocations that it names are read again when they change
  ([operations](operations.md#certificates)).
"""


def keys_of_example():
    """Key → (default, comment), in the order of the file; and section → comment. A comment stands above its key."""
    keys, sections, section, said = {}, {}, "", []
    for line in example.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"\[([\w.]+)\]\s*(?:# (.*))?$", line):
            section = header[1]
            sections[section] = header[2] or ""
        elif key := re.match(r"#(\w+) = (.*)$", line):
            keys[f"{section}.{key[1]}"] = (key[2], " ".join(said))
        said = [*said, line[2:]] if line.startswith("# ") else []
    return keys, sections


def number(text, constants):
    """A C++ integer as Python has it; None: there is no limit."""
    text = text.strip()
    if text == "INT64_MAX":
        return None
    if shifted := re.fullmatch(r"(\d+) << (\d+)", text):
        return int(shifted[1]) << int(shifted[2])
    return constants[text] if text in constants else int(text.replace("'", ""))


def keys_of_program():
    """Key → its limits, its choices, whether it is a size, whether it is a list of durations."""
    code = program.read_text(encoding="utf-8")
    numbers_named = re.findall(r"constexpr std::int64_t (\w+) = ([\d']+);", code)
    constants = {name: int(value.replace("'", "")) for name, value in numbers_named}
    lists_named = re.findall(r"(\w+) = \{([^}]*)\}[,;]", code)
    choices = {name: re.findall(r'"([^"]+)"', values) for name, values in lists_named}
    table = code[code.index("std::vector<Key> keyTable("):]
    table = table[:table.index("\n}\n")]
    row = r'\{"([\w.]+)", (?:(Bytes)\{|(Durations)\{)?&[\w.]+\}?((?:, (?:\{[^}]*\}|[^,{}]+))*)\},'
    keys = {}
    for name, size, durations, rest in re.findall(row, table):
        parts = re.findall(r"\{[^}]*\}|[^,{}\s][^,{}]*", rest)
        numbers = [number(part, constants) for part in parts[:2]]
        named = parts[2] if len(parts) > 2 else ""
        texts = re.findall(r'"([^"]+)"', named) or choices.get(named.strip(), [])
        keys[name] = (numbers, texts, bool(size), bool(durations))
    return keys


def in_words(value, is_size):
    if is_size:
        for shift, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
            if value and value % (1 << shift) == 0:
                return f"{value >> shift} {unit}"
    return f"{value:,}"


def takes(default, numbers, choices, is_size, is_durations):
    """What a key takes, in a few words."""
    is_list = default.startswith("[")
    if is_durations:
        return "list of durations"
    if choices:
        return ("list of " if is_list else "") + " | ".join(f'`"{choice}"`' for choice in choices)
    if is_list:
        return f"list of texts of 1 to {numbers[1]} characters" if len(numbers) > 1 and numbers[1] else "list of texts"
    if default in ("true", "false"):
        return "`true` | `false`"
    if default.startswith('"') and not is_size:
        return "text"
    what = "size" if is_size else "number" if "." in default else "whole number"
    if len(numbers) > 1 and numbers[1] is not None:
        return f"{what}, {in_words(numbers[0], is_size)} to {in_words(numbers[1], is_size)}"
    return f"{what}, at least {in_words(numbers[0], is_size)}" if numbers else what


def written(keys, sections, program_keys):
    lines = [preface]
    for section, comment in sections.items():
        lines.append(f"## [{section}]\n")
        if comment:
            lines.append(filled(comment) + "\n")
        for name, (default, said) in keys.items():
            if name.rpartition(".")[0] == section:
                head = f"**{name.rpartition('.')[2]}** ({takes(default, *program_keys[name])}; default `{default}`)"
                lines.append(filled(f"{head} {said}".rstrip(), "- ", "  "))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def filled(text, first="", others=""):
    return textwrap.fill(text, columns, initial_indent=first, subsequent_indent=others, break_long_words=False,
                         break_on_hyphens=False)


keys, sections = keys_of_example()
program_keys = keys_of_program()
wrong = [f"config/deskline.toml: {name} is missing" for name in program_keys if name not in keys]
wrong += [f"config/deskline.toml: {name} is no key of the program" for name in keys if name not in program_keys]
if not wrong:
    text = written(keys, sections, program_keys)
    if "--check" not in sys.argv[1:]:
        paper.write_text(text, encoding="utf-8")
    elif not paper.exists() or paper.read_text(encoding="utf-8") != text:
        wrong.append("docs/configuration.md differs; config/toolchains/configuration.py writes it")
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))
