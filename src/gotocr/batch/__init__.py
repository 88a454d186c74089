"""Folders of millions: sources -> manifest -> shards -> rows, on this disk or a store of objects, by any number of machines.

    crew.batch(source, out, wanted)  all of it, by processes of this machine
    plan.plan(source, out, wanted)   the shards alone, for another crew (Ray), which does `Plan.work()` of each of `Plan.todo()`
"""
