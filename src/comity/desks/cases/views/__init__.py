"""The pages of the case desk."""
