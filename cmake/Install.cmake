include(GNUInstallDirs)
install(TARGETS bookstored bookstorectl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Examples, to be copied to /etc/bookstored: an installation never overwrites a configuration that somebody wrote.
install(FILES etc/bookstored.conf etc/pygmy.conf etc/three-hosts.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/bookstored)
install(FILES systemd/bookstored@.service systemd/bookstored.target DESTINATION lib/systemd/system)
install(FILES docs/man/bookstored.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES docs/man/bookstorectl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/man/bookstored.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
