"""One file for each Network Watcher action, one public function each."""
