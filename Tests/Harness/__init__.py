"""What the integration and compatibility tests run against: the real program, the real engine, a provider of ours."""
