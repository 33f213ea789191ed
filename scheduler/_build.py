"""Puts the data folders into the wheel; an editable install uses the checkout's own."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataFolders(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "standard":
            folders = ("calendars", "templates", "migrations")
            build_data["force_include"].update({name: f"scheduler/_data/{name}" for name in folders})
