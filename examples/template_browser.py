#!/usr/bin/env python3
"""Browse the template library of an AI-CDN server from a terminal.

    pip install httpx
    python examples/template_browser.py                        # browse interactively
    python examples/template_browser.py list --category web
    python examples/template_browser.py search postgres failover
    python examples/template_browser.py show ha-web-app
    python examples/template_browser.py customize ha-web-app --name shop --scale 1.5 -p app_replicas=4 -o shop.json

The server is --url or AI_CDN_URL (http://localhost:8000 when neither is set), the token AI_CDN_TOKEN.
"""

import argparse
import cmd
import json
import os
import shlex
import shutil
import sys
import textwrap
from urllib.parse import quote

import httpx

DEFAULT_URL = "http://localhost:8000"


class ApiError(Exception):
    """What the server refused, as lines for a person."""


class Library:
    """The template API: each method is one request and gives the answer's JSON."""

    def __init__(self, url, token):
        self.url = url.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def templates(self, **filters):
        return self._request("GET", "/templates/", params={key: value for key, value in filters.items() if value})

    def categories(self):
        return self._request("GET", "/templates/categories")

    def search(self, query, limit):
        return self._request("GET", "/templates/search/", params={"query": query, "limit": limit})

    def template(self, template_id):
        return self._request("GET", f"/templates/{quote(template_id, safe='')}")

    def customize(self, template_id, wanted):
        return self._request("POST", f"/templates/{quote(template_id, safe='')}/customize", json=wanted)

    def _request(self, method, path, **options):
        try:
            response = self._http.request(method, path, **options)
        except httpx.ConnectError:
            raise ApiError(f"No server answers at {self.url}. Start one with: npm run dev") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiError(f"{self.url} did not answer as it should: {error}") from None
        try:
            answer = response.json()
        except ValueError:
            raise ApiError(f"{self.url} is not an AI-CDN server: it answered {response.status_code} without JSON.") from None
        if response.is_success:
            return answer
        raise ApiError("\n".join(explain(answer)))


def explain(problem):
    """Problem details (RFC 9457) as lines: every error with its place and its hint, or the one sentence there is."""
    lines = []
    for error in problem.get("errors") or []:
        hint = f" {error['hint']}" if "hint" in error else ""
        lines.append(f"{error['pointer'].removeprefix('#/')}: {error['detail']}{hint}")
    return lines or [problem.get("detail", "The server refused the request.")]


# What is printed. Every function gives lines, so that the terminal's width and colours are decided in one place.

WIDTH = min(shutil.get_terminal_size().columns, 100)
COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\x1b[{code}m{text}\x1b[0m" if COLOURS and text else text


def bold(text):
    return paint("1", text)


def dim(text):
    return paint("2", text)


def wrap(text, indent, bullet=""):
    first = " " * (indent - len(bullet)) + bullet
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False
    ) or [first.rstrip()]


def list_lines(templates):
    if not templates:
        return ["Nothing fits. Try fewer filters or other words."]
    lines = []
    widest = max(len(template["id"]) for template in templates)
    for number, template in enumerate(templates, 1):
        kind = f"{template['category']} · {template['complexity']}"
        own = " · yours" if template["source"] == "custom" else ""
        name = bold(template["id"].ljust(widest))
        lines.append(f"{number:>3}  {name}  {template['estimated_cost']:<18}  {dim(kind + own)}")
        lines += wrap(template["description"], 5)
        if "matched" in template:
            lines += [dim(line) for line in wrap("matches " + ", ".join(template["matched"]), 5)]
    return lines


def show_lines(answer):
    template, blueprint = answer["template"], answer["blueprint"]
    requirements = template.get("requirements", {})
    version = f" {template['version']}" if "version" in template else ""
    lines = [f"{bold(template['name'])}  {dim(template['id'] + version)}", *wrap(template["description"], 0), ""]
    facts = {
        "Cost": template["estimated_cost"],
        "Kind": f"{template['category']} · {template['complexity']}",
        "Runs on": ", ".join(template["providers"]),
        "Needs": ", ".join(size_parts(requirements)),
        "Tags": ", ".join(template.get("tags", [])),
        "Stored": "your own, in front of the bundled one" if "shadows" in template else "your own" if template["source"] == "custom" else "",
    }
    for name, text in facts.items():
        if text:
            first, *rest = wrap(text, 12)
            lines += [f"  {dim(name.ljust(8))}  {first.strip()}", *rest]
    lines += ["", bold("Resources"), *resource_lines(blueprint["resources"])]
    if template.get("parameters"):
        lines += ["", bold("Parameters"), *parameter_lines(template["parameters"])]
    sections = {
        "Requirements": requirements.get("notes"),
        "Limits": template.get("limitations"),
        "After deploying": template.get("post_deploy"),
    }
    for title, texts in sections.items():
        if texts:
            lines += ["", bold(title)]
            for text in texts:
                lines += wrap(text, 4, "• ")
    return lines


def size_parts(specs):
    """Sizes in the units people use."""
    parts = []
    if "cpu" in specs:
        parts.append(f"{specs['cpu']:g} vCPU")
    if "memory_mb" in specs:
        memory = specs["memory_mb"]
        parts.append(f"{memory / 1024:g} GiB memory" if memory >= 1024 else f"{memory} MiB memory")
    if "disk_gb" in specs:
        parts.append(f"{specs['disk_gb']:g} GiB disk")
    if specs.get("gpus"):
        parts.append(f"{specs['gpus']} GPU")
    return parts


def resource_lines(resources):
    """Resources in the order they start; those of one step start side by side."""
    by_name = {resource["name"]: resource for resource in resources}
    steps = {}

    def step(name):
        if name not in steps:
            steps[name] = 1 + max((step(needed) for needed in by_name[name]["dependencies"]), default=0)
        return steps[name]

    ordered = sorted(resources, key=lambda resource: step(resource["name"]))
    labels = {r["name"]: r["name"] + (f" ×{r['specs']['replicas']}" if r["specs"].get("replicas", 1) > 1 else "") for r in resources}
    widest = max(len(label) for label in labels.values())
    lines, last = [], 0
    for resource in ordered:
        name, specs = resource["name"], resource["specs"]
        number = step(name)
        about = [specs["image"]] if "image" in specs else []
        text = " · ".join(about + size_parts(specs))
        lead = str(number) if number != last else ""
        lines.append(f"{lead:>3}  {resource['type']:<7}  {labels[name].ljust(widest)}  {dim(text)}".rstrip())
        last = number
    return lines


def parameter_lines(parameters):
    lines = []
    widest = max(len(name) for name in parameters)
    for name, parameter in parameters.items():
        lines.append(f"  {name.ljust(widest)}  {json.dumps(parameter['default'], ensure_ascii=False)}  {dim(limits_text(parameter))}".rstrip())
        lines += wrap(parameter["description"], widest + 4)
    return lines


def limits_text(parameter):
    if "enum" in parameter:
        return "one of " + ", ".join(str(option) for option in parameter["enum"])
    if "minimum" in parameter and "maximum" in parameter:
        return f"{parameter['type']}, {parameter['minimum']} to {parameter['maximum']}"
    if "minimum" in parameter:
        return f"{parameter['type']}, at least {parameter['minimum']}"
    if "maximum" in parameter:
        return f"{parameter['type']}, at most {parameter['maximum']}"
    return parameter["type"]


# Customising and saving.


def parameter_value(name, text, declared):
    """A typed text as the type that its parameter has; an unknown parameter stays a text, for the server to refuse."""
    kind = declared.get(name, {}).get("type", "string")
    if kind == "boolean":
        if text.lower() in ("true", "yes", "y", "on", "1"):
            return True
        if text.lower() in ("false", "no", "n", "off", "0"):
            return False
        raise ApiError(f"{name}: say true or false, not {text}.")
    return text if kind == "string" else number(name, text, whole=kind == "integer")


def number(name, text, whole=False):
    try:
        return int(text) if whole else float(text)
    except ValueError:
        raise ApiError(f"{name}: {text} is not a {'whole number' if whole else 'number'}.") from None


def customization(args, declared):
    """The customization that the options of a command line ask for."""
    wanted = {"name": args.name, "description": args.description, "provider": args.provider}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    if args.scale is not None:
        wanted["scale_factor"] = number("--scale", args.scale)
    parameters = {}
    for pair in args.parameter:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ApiError(f"-p takes name=value, not {pair}.")
        parameters[name] = parameter_value(name, text, declared)
    return {**wanted, **({"parameters": parameters} if parameters else {})}


def save(blueprint, path, force):
    try:
        with open(path, "w" if force else "x", encoding="utf-8") as file:
            file.write(json.dumps(blueprint, indent=2, ensure_ascii=False) + "\n")
    except FileExistsError:
        raise ApiError(f"{path} is there already; --force writes over it.") from None
    except OSError as error:
        raise ApiError(f"{path} cannot be written: {error.strerror}.") from None


def saved_lines(library, path):
    return [
        f"Saved {path}. Validate and deploy it:",
        f"  curl {library.url}/api/v1/blueprints/validate -d @{path}",
        f"  curl {library.url}/api/v1/blueprints/ -d @{path}",
    ]


# The commands.


def print_lines(lines):
    print("\n".join(lines))


def print_json(value):
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_answer(args, answer, lines):
    print_json(answer) if args.json else print_lines(lines)


def run_list(library, args):
    answer = library.templates(category=args.category, complexity=args.complexity)
    print_answer(args, answer, list_lines(answer["templates"]))


def run_categories(library, args):
    answer = library.categories()
    print_answer(args, answer, answer["categories"])


def run_search(library, args):
    answer = library.search(" ".join(args.query), args.limit)
    print_answer(args, answer, list_lines(answer["results"]))


def run_show(library, args):
    answer = library.template(args.id)
    print_answer(args, answer, show_lines(answer))


def run_customize(library, args):
    declared = library.template(args.id)["template"].get("parameters", {})
    answer = library.customize(args.id, customization(args, declared))
    if args.output is None:
        print_json(answer["blueprint"])
        return
    save(answer["blueprint"], args.output, args.force)
    print_lines([*resource_lines(answer["blueprint"]["resources"]), "", *saved_lines(library, args.output)])


class Browser(cmd.Cmd):
    """The interactive browser. What is no command is looked up: a number opens that entry, words are searched for."""

    prompt = "templates> "

    def __init__(self, library):
        super().__init__()
        self.library = library
        self.entries = []

    def preloop(self):
        print_lines([bold(f"Templates at {self.library.url}"), "A number opens one, words search, ? lists the commands.", ""])
        self.onecmd("list")

    def onecmd(self, line):
        try:
            return super().onecmd(line)
        except ApiError as error:
            print(error)
        except ValueError as error:
            print(f"That line cannot be read: {error}")
        return False

    def do_list(self, line):
        """list [category] [complexity]: all templates, or those that fit."""
        filters = {}
        for word in shlex.split(line):
            filters["complexity" if word in ("simple", "medium", "advanced") else "category"] = word
        self.browse(self.library.templates(**filters)["templates"])

    def do_search(self, line):
        """search WORDS: templates by what they are about."""
        self.browse(self.library.search(line, 10)["results"])

    def do_categories(self, _line):
        """categories: what list can be narrowed to."""
        print_lines(self.library.categories()["categories"])

    def do_show(self, line):
        """show NUMBER|ID: one template."""
        print_lines(show_lines(self.library.template(self.id_of(line))))

    def do_customize(self, line):
        """customize NUMBER|ID: make a blueprint to measure and save it."""
        answer = self.library.template(self.id_of(line))
        template = answer["template"]
        print("Enter keeps what stands in brackets.")
        wanted = {"name": ask("name", answer["blueprint"]["name"]), "scale_factor": number("scale", ask("scale (0.1 to 100)", "1"))}
        provider = ask(f"provider ({', '.join(template['providers'])})", "its own")
        if provider != "its own":
            wanted["provider"] = provider
        declared = template.get("parameters", {})
        parameters = {}
        for name, parameter in declared.items():
            default = parameter["default"]
            text = ask(name, default if isinstance(default, str) else json.dumps(default))
            value = parameter_value(name, text, declared)
            if value != default:
                parameters[name] = value
        if parameters:
            wanted["parameters"] = parameters
        blueprint = self.library.customize(template["id"], wanted)["blueprint"]
        print_lines(resource_lines(blueprint["resources"]))
        path = ask("save as", f"{blueprint['name']}.json")
        save(blueprint, path, force=False)
        print_lines(saved_lines(self.library, path))

    def do_quit(self, _line):
        """quit: leave."""
        return True

    def do_EOF(self, _line):
        print()
        return True

    def emptyline(self):
        return False

    def default(self, line):
        if line.strip().isdigit():
            self.do_show(line)
        else:
            self.do_search(line)

    def get_names(self):
        return [name for name in super().get_names() if name != "do_EOF"]

    def complete_show(self, text, *_):
        return [template["id"] for template in self.entries if template["id"].startswith(text)]

    complete_customize = complete_show

    def browse(self, templates):
        self.entries = templates
        print_lines(list_lines(templates))

    def id_of(self, text):
        """The id meant by a number of the last list or by an id."""
        text = text.strip()
        if text.isdigit() and 1 <= int(text) <= len(self.entries):
            return self.entries[int(text) - 1]["id"]
        if text == "":
            raise ApiError("Say which one: a number of the list, or an id.")
        return text


def ask(what, default):
    try:
        return input(f"  {what} [{default}]: ").strip() or default
    except EOFError:
        print()
        raise ApiError("Left off; nothing is saved.") from None


def parse(arguments):
    parser = argparse.ArgumentParser(
        description="Browse the template library of an AI-CDN server; without a command, interactively.",
        epilog="AI_CDN_URL and AI_CDN_TOKEN set the server and the API token.",
    )
    parser.add_argument("--url", default=os.environ.get("AI_CDN_URL", DEFAULT_URL), help="the server (%(default)s)")
    commands = parser.add_subparsers(title="commands", metavar="")

    def command(name, run, help):
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    listing = command("list", run_list, "list templates")
    listing.add_argument("--category", help="only of this category")
    listing.add_argument("--complexity", help="simple, medium or advanced")
    categories = command("categories", run_categories, "list the categories")
    search = command("search", run_search, "search templates")
    search.add_argument("query", nargs="+")
    search.add_argument("--limit", default=10, help="most results, 1 to 50 (%(default)s)")
    show = command("show", run_show, "show one template")
    show.add_argument("id")
    customize = command("customize", run_customize, "make a blueprint to measure, print or save it")
    customize.add_argument("id")
    customize.add_argument("--name")
    customize.add_argument("--description")
    customize.add_argument("--scale", help="multiplies CPU and memory, 0.1 to 100")
    customize.add_argument("--provider", help="proxmox, docker or fake")
    customize.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    customize.add_argument("-o", "--output", help="save the blueprint in this file")
    customize.add_argument("--force", action="store_true", help="write over the file")
    for one in (listing, categories, search, show):
        one.add_argument("--json", action="store_true", help="the server's answer as it is")
    return parser.parse_args(arguments)


def main():
    args = parse(sys.argv[1:])
    library = Library(args.url, os.environ.get("AI_CDN_TOKEN"))
    try:
        if hasattr(args, "run"):
            args.run(library, args)
        else:
            Browser(library).cmdloop()
    except ApiError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


if __name__ == "__main__":
    main()
