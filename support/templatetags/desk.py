"""Words of the agents' pages."""

from django import template

from support.times import spelled

register = template.Library()
register.filter("spelled", spelled)
