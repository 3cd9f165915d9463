using System.Runtime.InteropServices;

/// <summary>
/// The runtime calls it before <c>Main</c> where DOTNET_STARTUP_HOOKS names this assembly
/// (https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md): brings a defect into the program
/// that it does not have, a thread that throws upon SIGUSR1.
/// </summary>
internal sealed class StartupHook
{
    /// <summary>To be in the environment, so that nobody else throws.</summary>
    public const string Asked = "VFIOSCOPE_TEST_THROWS";

    private const PosixSignal Usr1 = (PosixSignal)10; // signal(7), x86-64

    private static PosixSignalRegistration? _registration;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Asked) is not null)
            _registration = PosixSignalRegistration.Create(Usr1, _ => throw new InvalidOperationException("a defect"));
    }
}
