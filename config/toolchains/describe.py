#!/usr/bin/env python3
"""Makes openapi.json, asyncapi.json and the reference page docs.html of the two YAML files.

    describe.py openapi.yaml asyncapi.yaml OUTPUT-FOLDER
"""
import html
import json
import pathlib
import re
import sys

import yaml

openapi, asyncapi = (yaml.safe_load(pathlib.Path(file).read_text(encoding="utf-8")) for file in sys.argv[1:3])
out = pathlib.Path(sys.argv[3])
out.mkdir(parents=True, exist_ok=True)


def write(name, text):
    (out / name).write_text(text, encoding="utf-8")


def inline(text):
    strong = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html.escape(text, quote=False))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", strong)


def prose(text):
    return "".join(f"<p>{inline(' '.join(part.split()))}</p>" for part in (text or "").split("\n\n") if part.strip())


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        node = {**at(node["$ref"]), **{k: v for k, v in node.items() if k != "$ref"}}
    return node


def at(ref):
    found = openapi
    for part in ref.split("#/")[1].split("/"):
        found = found[part]
    return found


def kind(schema):
    """A schema in a few words, with a link where it has a name."""
    if not isinstance(schema, dict):
        return "anything"
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema:
        return " | ".join(f"<code>{html.escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{html.escape(json.dumps(schema['const']))}</code>"
    if "oneOf" in schema:
        return " or ".join(kind(one) for one in schema["oneOf"])
    if schema.get("type") == "array":
        return f"[{kind(schema.get('items', {}))}]"
    words = schema.get("type", "anything")
    words = " or ".join(words) if isinstance(words, list) else words
    for key, before in (("minimum", "≥ "), ("maximum", "≤ "), ("maxLength", "at most ")):
        if key in schema:
            words += f", {before}{schema[key]}"
    if "default" in schema:
        words += f", default {schema['default']}"
    return words


def members(schema):
    if schema.get("type") != "object" or not schema.get("properties"):
        return f"<p>{kind(schema)}</p>" + prose(schema.get("description"))
    rows = "".join(
        f"<tr><td><code>{name}</code>{'' if name in schema.get('required', []) else ' <em>optional</em>'}</td>"
        f"<td>{kind(member)}</td>"
        f"<td>{inline(member.get('description', '')) if isinstance(member, dict) else ''}</td></tr>"
        for name, member in schema["properties"].items())
    return prose(schema.get("description")) + f"<table><tbody>{rows}</tbody></table>"


def operation(path, shared, method, spec):
    text = (f'<section class="operation" id="{spec["operationId"]}"><h3>'
            f'<span class="method {method}">{method.upper()}</span> <code>{html.escape(path)}</code></h3>')
    text += f"<p>{inline(spec['summary'])}</p>" + prose(spec.get("description"))
    rows = ""
    for parameter in map(resolve, shared + spec.get("parameters", [])):
        rows += (f"<tr><td><code>{parameter['name']}</code> <em>{parameter['in']}</em></td>"
                 f"<td>{kind(parameter['schema'])}</td><td>{inline(parameter.get('description', ''))}</td></tr>")
    if "requestBody" in spec:
        content = spec["requestBody"]["content"]["application/json"]
        rows += f"<tr><td>body</td><td>{kind(content['schema'])}</td><td></td></tr>"
        named = [e["value"] for e in content.get("examples", {}).values()]
        for example in [content["example"]] if "example" in content else named:
            shown = html.escape(json.dumps(example))
            rows += f"<tr><td><em>example</em></td><td colspan=2><code>{shown}</code></td></tr>"
    for status, answer in spec["responses"].items():
        answer = resolve(answer)
        schemas = ", ".join(kind(content["schema"]) for content in answer.get("content", {}).values())
        rows += f"<tr><td><strong>{status}</strong></td><td>{schemas}</td><td>{inline(answer['description'])}</td></tr>"
    return text + f"<table><tbody>{rows}</tbody></table></section>"


def reference():
    navigation = body = ""
    for tag in (tag["name"] for tag in openapi["tags"]):
        navigation += f'<h2>{tag}</h2><ul>'
        body += f"<h2>{tag}</h2>"
        for path, item in openapi["paths"].items():
            for method in ("get", "post", "put", "patch", "delete"):
                if method in item and tag in item[method]["tags"]:
                    spec = item[method]
                    navigation += f'<li><a href="#{spec["operationId"]}">{html.escape(spec["summary"])}</a></li>'
                    body += operation(path, item.get("parameters", []), method, spec)
        navigation += "</ul>"
    navigation += '<h2>Stream</h2><ul>'
    body += "<h2>Stream</h2>" + prose(asyncapi["info"]["description"])
    for name, message in asyncapi["components"]["messages"].items():
        schema = message["payload"]["$ref"].rsplit("/", 1)[1]
        navigation += f'<li><a href="#{schema}">{name}</a></li>'
        body += (f'<section class="operation" id="{schema}"><h3><code>{name}</code></h3>'
                 f'<p>{inline(message["summary"])}</p>{members(asyncapi["components"]["schemas"][schema])}</section>')
    shown = {message["payload"]["$ref"].rsplit("/", 1)[1] for message in asyncapi["components"]["messages"].values()}
    navigation += '<h2>Shapes</h2><ul>'
    body += "<h2>Shapes</h2>"
    for where in (openapi, asyncapi):
        for name, schema in where["components"]["schemas"].items():
            if name in shown:
                continue
            shown.add(name)
            navigation += f'<li><a href="#{name}">{name}</a></li>'
            body += f'<section id="{name}"><h3>{name}</h3>{members(schema)}</section>'
    navigation += "</ul>"
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Deskline reference</title>'
            '<link rel="icon" href="data:,"><link rel="stylesheet" href="docs.css"></head><body><nav><h1>Deskline</h1>'
            '<p><a href="api/v1/openapi.json">OpenAPI</a> · <a href="api/v1/asyncapi.json">AsyncAPI</a></p>'
            f'{navigation}</nav>'
            f'<main>{prose(openapi["info"]["description"])}{body}</main></body></html>\n')


write("openapi.json", json.dumps(openapi, separators=(",", ":"), ensure_ascii=False) + "\n")
stream = json.dumps(asyncapi, separators=(",", ":"), ensure_ascii=False)
write("asyncapi.json", stream.replace("./openapi.yaml#", "./openapi.json#") + "\n")
write("docs.html", reference())
