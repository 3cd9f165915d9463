namespace Profiler.Cli.Release;

/// <summary>The modes' names on the command line.</summary>
internal static class ReleaseModes
{
    public static string Name(this ReleaseMode mode) => mode switch
    {
        ReleaseMode.Exit => "exit",
        ReleaseMode.Close => "close",
        ReleaseMode.Threads => "threads",
        ReleaseMode.Processes => "processes",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <returns>Null if there is no such mode.</returns>
    public static ReleaseMode? Named(string name) =>
        Enum.GetValues<ReleaseMode>().Cast<ReleaseMode?>().FirstOrDefault(mode => mode!.Value.Name() == name);
}
