"""The invented federation: four states and their Concord, whose nodes are built, run and played on one machine.

Everything here is fiction. `world` says who there is, `stories` what they hold, `build` makes the nodes, `run` keeps
them running, `play` lets the main job happen once and checks every step of it.
"""
