"""What reads answer, field by field: the OpenAPI document says it, and an answer that says anything else is a fault.

Where the JSON of an answer is the shape of a dataclass of the domain, that dataclass stands here itself.
"""
