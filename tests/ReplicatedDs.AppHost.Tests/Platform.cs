// Signals, /proc, file modes.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
