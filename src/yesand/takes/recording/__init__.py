"""Recording a scene: under which agreement, in which session, and what is still to do."""
