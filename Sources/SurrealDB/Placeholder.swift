enum SurrealDBPlaceholder {}
