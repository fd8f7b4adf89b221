"""What a process of a node loads: nothing that costs seconds and hundreds of megabytes."""

import os
import subprocess
import sys

HEAVY = ("followthemoney", "rigour", "nomenklatura", "pytest", "hypothesis", "playwright")


def loaded_by(statement):
    asked = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "COMITY_NODE"},
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_console_never_loads_the_engines_of_names():
    assert loaded_by("import comity.config.wsgi, comity.config.asgi, comity.config.urls").isdisjoint(HEAVY)


def test_the_worker_loads_neither_them_nor_what_only_national_systems_need():
    start = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE']='comity.config.settings'\n"
        "import django; django.setup()\n"
        "import comity.config.worker, comity.node.exchange.worker"
    )
    assert loaded_by(start).isdisjoint({"ninja", "pydantic", "unittest", "jinja2", *HEAVY})


def test_an_auditor_needs_neither_django_nor_a_database():
    assert loaded_by("import comity.verify, comity.cli.verify").isdisjoint({"django", "sqlite3", "cedarpy", *HEAVY})


def test_help_imports_no_verb():
    loaded = loaded_by(
        "from click.testing import CliRunner\nfrom comity.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0"
    )
    assert loaded.isdisjoint({"django", "cryptography", "tuf", *HEAVY})
