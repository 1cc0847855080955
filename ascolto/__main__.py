from ascolto.config.cli import main

main()
