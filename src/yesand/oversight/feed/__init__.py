"""The feed of revocations: what each licensee must no longer use, signed and provable."""
