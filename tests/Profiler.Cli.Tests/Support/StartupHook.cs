using System.Runtime.InteropServices;

/// <summary>
/// The runtime calls it before <c>Main</c> where DOTNET_STARTUP_HOOKS names this assembly
/// (https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md): brings a defect into the program
/// that it does not have, a thread that throws upon SIGUSR1.
/// </summary>
internal sealed class StartupHook
{
    // To be in the environment, so that nobody else throws.
    private const string Asked = "VFIOSCOPE_TEST_THROWS";

    /// <summary>
    /// For a shell, the program with the defect: as it was built for these tests, on the runtime that they run on, since what is compiled
    /// ahead of time takes no hooks.
    /// </summary>
    public static string Program { get; } =
        $"DOTNET_STARTUP_HOOKS={typeof(StartupHook).Assembly.Location} {Asked}=1 dotnet exec " +
        $"--runtimeconfig {AppContext.BaseDirectory}/Profiler.Cli.Tests.runtimeconfig.json " +
        $"--depsfile {AppContext.BaseDirectory}/Profiler.Cli.Tests.deps.json {AppContext.BaseDirectory}/vfioscope.dll";

    private const PosixSignal Usr1 = (PosixSignal)10; // signal(7), x86-64

    private static PosixSignalRegistration? _registration;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Asked) is not null)
            _registration = PosixSignalRegistration.Create(Usr1, _ => throw new InvalidOperationException("a defect"));
    }
}
