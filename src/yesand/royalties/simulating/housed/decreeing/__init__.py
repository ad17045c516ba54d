"""What a producer publishes and enters, by the services of a real house."""
