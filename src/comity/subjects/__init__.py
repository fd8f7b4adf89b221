"""What a person, document, vehicle or account is: entities of FollowTheMoney's model, and schemata of our own.

FollowTheMoney itself takes seconds to load and is not needed to hold a subject: it is imported only to build the
compact model in `model.json`.
"""

from comity.subjects.model import Objection, Property, Schema, objections, schemata
from comity.subjects.subject import Subject

__all__ = ["Objection", "Property", "Schema", "Subject", "objections", "schemata"]
