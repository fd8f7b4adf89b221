"""Tags of the case desk's templates."""
