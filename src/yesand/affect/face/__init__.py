"""How a face moves: expression and pose of the head, and nothing by which it is known again."""
