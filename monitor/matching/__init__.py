"""Which claim a report bears on, how surely, and why: entity-aware TF-IDF, relation, stories."""
