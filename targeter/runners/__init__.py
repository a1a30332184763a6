"""Where a plan is made when one engine is too small: shards of people, on whatever runs tasks.

Everything about one person is computed from that person's rows and a few tables that all may read.
So the unit of work is a shard: all rows of some people. Each task opens one shard and runs the
same pipeline on it; a cluster only starts tasks, starts them again, and carries closed envelopes
from shard to shard. No condition, trait or template is ever translated.
"""
