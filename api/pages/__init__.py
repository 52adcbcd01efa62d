"""The pages people open, one module a door; they may import all of `api` but its commands."""
