"""The nouns of a network, as Azure names them: frozen values, standard library only, no reading and no deciding."""
